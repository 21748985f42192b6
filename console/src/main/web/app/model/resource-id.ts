/** The parts of an ARM resource id; segments compare ignoring case, so parts keep the case they came in. */
export interface ResourceId {
  readonly id: string;
  readonly subscription: string | null;
  readonly resourceGroup: string | null;
  readonly managementGroup: string | null;
  /** Lower case, such as `microsoft.compute/virtualmachines`; null for a scope. */
  readonly type: string | null;
  readonly name: string;
}

export function parseResourceId(id: string): ResourceId {
  const segments = id.split('/').filter(segment => segment !== '');
  const after = (word: string): string | null => {
    const at = segments.findIndex(segment => segment.toLowerCase() === word);
    return at >= 0 ? (segments[at + 1] ?? null) : null;
  };
  const lower = segments.map(segment => segment.toLowerCase());
  const provider = lower.lastIndexOf('providers');
  let type: string | null = null;
  if (provider >= 0 && segments.length > provider + 3) {
    const parts = [lower[provider + 1]];
    for (let at = provider + 2; at < segments.length; at += 2) {
      parts.push(lower[at]);
    }
    type = parts.join('/');
  }
  return {
    id,
    subscription: after('subscriptions'),
    resourceGroup: after('resourcegroups'),
    managementGroup: after('managementgroups'),
    type,
    name: segments.at(-1) ?? id,
  };
}

/** The scope that an extension resource (an assignment, a remediation) sits on: what stands before its last `/providers/`. */
export function scopeOf(id: string): string {
  const at = id.toLowerCase().lastIndexOf('/providers/');
  return at > 0 ? id.slice(0, at) : '';
}

/** A scope in words: "management group contoso", "subscription 1111…", "resource group web". */
export function describeScope(scope: string): string {
  const parts = parseResourceId(scope);
  if (parts.resourceGroup !== null && parts.type === null) {
    return `resource group ${parts.resourceGroup}`;
  }
  if (parts.managementGroup !== null) {
    return `management group ${parts.managementGroup}`;
  }
  if (parts.subscription !== null && parts.type === null) {
    return `subscription ${parts.subscription}`;
  }
  return scope === '' || scope === '/' ? 'the whole tenant' : parts.name;
}

export function sameId(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}
