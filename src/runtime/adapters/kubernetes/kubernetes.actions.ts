import type { Action } from '../adapter.js';
import { AnnotateAction } from './annotate.action.js';
import type { ClusterClient } from './cluster.client.js';
import { Cluster } from './cluster.js';
import { EventsAction } from './events.action.js';
import { GetAction } from './get.action.js';
import { ListAction } from './list.action.js';
import { LogsAction } from './logs.action.js';
import { ObjectWriter } from './object.writer.js';
import { RestartAction } from './restart.action.js';
import { ScaleAction } from './scale.action.js';
import { WaitAction } from './wait.action.js';

/** The `kubernetes/*` actions of the catalogue against one cluster. */
export function kubernetesActions(client: ClusterClient): Action[] {
  const cluster = new Cluster(client);
  const writer = new ObjectWriter(cluster);
  return [
    new GetAction(cluster),
    new ListAction(cluster),
    new LogsAction(cluster),
    new EventsAction(cluster),
    new WaitAction(cluster),
    new RestartAction(writer),
    new ScaleAction(writer),
    new AnnotateAction(writer),
  ];
}
