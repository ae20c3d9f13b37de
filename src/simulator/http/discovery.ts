import { groupVersion, type Kind, KINDS, type Subresource } from '../kinds.js';
import { SERVER_VERSION } from '../version.js';
import { ok, type Reply } from './reply.js';

const AGGREGATED = /g=apidiscovery\.k8s\.io;v=v2;as=APIGroupDiscoveryList/;
const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const GROUPS = [...new Set(KINDS.map((kind) => kind.group))].filter((group) => group !== '');

/** Health, version and discovery: the paths by which a client finds out what there is. */
export function discovery(path: string, accept: string): Reply | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const [root, group = '', version] = parts;
  if (['healthz', 'livez', 'readyz'].includes(root ?? '')) return { status: 200, text: 'ok' };
  if (path === '/version' || path === '/version/') return ok(SERVER_VERSION);
  const isAggregated = AGGREGATED.test(accept);
  if (root === 'api') {
    if (parts.length === 1) return isAggregated ? aggregated(['']) : ok({ kind: 'APIVersions', versions: ['v1'] });
    return parts.length === 2 && group === 'v1' ? ok(resourceList('v1')) : undefined;
  }
  if (root !== 'apis') return undefined;
  if (parts.length === 1) return isAggregated ? aggregated(GROUPS) : ok(groupList());
  if (!GROUPS.includes(group)) return undefined;
  if (version === undefined) return ok({ kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(group) });
  const known = parts.length === 3 && KINDS.some((kind) => groupVersion(kind) === `${group}/${version}`);
  return known ? ok(resourceList(`${group}/${version}`)) : undefined;
}

function groupList(): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(groupEntry) };
}

function groupEntry(group: string): object {
  const versions = versionsOf(group).map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions, preferredVersion: versions[0] };
}

function versionsOf(group: string): string[] {
  return [...new Set(KINDS.filter((kind) => kind.group === group).map((kind) => kind.version))];
}

function resourceList(gv: string): object {
  const resources = KINDS.filter((kind) => groupVersion(kind) === gv).flatMap((kind) => [
    {
      name: kind.plural,
      singularName: kind.singular,
      namespaced: kind.namespaced,
      kind: kind.kind,
      verbs: verbsOf(kind),
      ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
      ...(kind.categories.length > 0 && { categories: kind.categories }),
    },
    ...kind.subresources.map((subresource) => {
      const shape = shapeOf(kind, subresource);
      const type = shape.version === kind.version && shape.group === kind.group ? {} : shape;
      const verbs = subresourceVerbs(subresource);
      const name = `${kind.plural}/${subresource}`;
      return { name, singularName: '', namespaced: kind.namespaced, ...type, kind: shape.kind, verbs };
    }),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: gv, resources };
}

function verbsOf(kind: Kind): string[] {
  return kind.review ? ['create'] : VERBS;
}

function subresourceVerbs(subresource: Subresource): string[] {
  if (subresource === 'log') return ['get'];
  return subresource === 'eviction' ? ['create'] : ['get', 'patch', 'update'];
}

/** Group, version and kind of what a subresource answers with. */
function shapeOf(kind: Kind, subresource: Subresource): { group: string; version: string; kind: string } {
  if (subresource === 'scale') return { group: 'autoscaling', version: 'v1', kind: 'Scale' };
  if (subresource === 'eviction') return { group: 'policy', version: 'v1', kind: 'Eviction' };
  return { group: kind.group, version: kind.version, kind: kind.kind };
}

function aggregated(groups: readonly string[]): Reply {
  const items = groups.map((group) => ({
    metadata: { ...(group !== '' && { name: group }), creationTimestamp: null },
    versions: versionsOf(group).map((version) => ({
      version,
      resources: KINDS.filter((kind) => kind.group === group && kind.version === version).map(aggregatedResource),
      freshness: 'Current',
    })),
  }));
  const json = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
  return { status: 200, json, contentType: AGGREGATED_TYPE };
}

function aggregatedResource(kind: Kind): object {
  return {
    resource: kind.plural,
    responseKind: { group: kind.group, version: kind.version, kind: kind.kind },
    scope: kind.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: verbsOf(kind),
    ...(kind.shortNames.length > 0 && { shortNames: kind.shortNames }),
    ...(kind.categories.length > 0 && { categories: kind.categories }),
    subresources: kind.subresources.map((subresource) => ({
      subresource,
      responseKind: shapeOf(kind, subresource),
      verbs: subresourceVerbs(subresource),
    })),
  };
}
