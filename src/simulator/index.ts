/** The door of the simulator: a Kubernetes API server in memory, for development and tests. */
export { type RequestFault, type RequestMatch, type WorkloadFault, type WorkloadRef } from './faults.js';
export { Faults } from './faults.js';
export type { LoggedRequest } from './http/request.log.js';
export type { KubeObject } from './objects.js';
export { type Simulator, type SimulatorObjects, type SimulatorOptions, startSimulator } from './simulator.js';
