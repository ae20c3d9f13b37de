import { RE2JS } from 're2js';

import { SignatureError } from './signature.error.js';

/**
 * Whose certificates may sign. `issuer` is compared exactly. `subject` is a glob for the whole of the certificate's subject
 * alternative name: `*` is any characters but `/`, `**` any characters at all, everything else is itself.
 */
export interface TrustedIdentity {
  readonly issuer: string;
  readonly subject: string;
}

/** Bounds on the work of a comparison with a name that a stranger chose; no real identity comes near them. */
const MAX_CHARS = 1024;
const MAX_WILDCARDS = 16;

/** Throws TRUST.MALFORMED for an identity that could never match, or that somebody forgot to fill in. */
export function checkTrustedIdentity({ issuer, subject }: TrustedIdentity): void {
  for (const [name, text] of Object.entries({ issuer, subject })) {
    if (typeof text !== 'string' || text.trim() === '' || text.length > MAX_CHARS) {
      throw new SignatureError(
        'TRUST.MALFORMED',
        `A trusted identity needs its ${name}, a text of at most ${MAX_CHARS} characters; issuer and subject are both mandatory.`,
      );
    }
  }
  if (subject.split('*').length - 1 > MAX_WILDCARDS) {
    throw new SignatureError(
      'TRUST.MALFORMED',
      `The subject of a trusted identity has more than ${MAX_WILDCARDS} wildcards; name fewer, or ** for all of them.`,
    );
  }
}

/** Whether the identity of a certificate is the one that is trusted. */
export function matchesIdentity(trusted: TrustedIdentity, issuer: string, subject: string): boolean {
  checkTrustedIdentity(trusted);
  return issuer === trusted.issuer && compileGlob(trusted.subject).matches(subject);
}

/** RE2: linear in the name, which a stranger chose, whatever the glob is. `matches` is anchored at both ends. */
function compileGlob(glob: string): RE2JS {
  const parts = glob.split(/(\*\*|\*)/).map((part) => {
    if (part === '**') return '.*';
    return part === '*' ? '[^/]*' : RE2JS.quote(part);
  });
  return RE2JS.compile(parts.join(''), RE2JS.DOTALL);
}
