import { PathParam } from '../../platform/http/path-param.decorator.js';

/** `{name}` of a path; a text that is no name finds nothing. */
export const NameParam = (): ParameterDecorator =>
  PathParam('name', { description: 'Name of the workflow.', example: 'restart-unhealthy' });

/** `{version}` of a path; a text that is no version finds nothing. */
export const VersionParam = (): ParameterDecorator =>
  PathParam('version', { description: 'The version as the package calls it, by SemVer 2.0.', example: '1.0.0' });
