import { describe, expect, it } from '@jest/globals';

import { CliError } from '../cli.errors.js';
import { apiHost, parseReference, referenceText, tagOf } from './reference.js';

const digest = `sha256:${'a'.repeat(64)}` as const;

describe('a reference', () => {
  it.each([
    ['registry.example.com/team/runbooks/restart:1.0.0', 'registry.example.com', 'team/runbooks/restart', '1.0.0'],
    ['oci://localhost/a', 'localhost', 'a', undefined],
    ['127.0.0.1:5000/a-b_c.d__e/f--g:v1_x', '127.0.0.1:5000', 'a-b_c.d__e/f--g', 'v1_x'],
    ['[::1]:5000/a:1', '[::1]:5000', 'a', '1'],
  ])('is read out of %s', (text, registry, repository, tag) => {
    expect(parseReference(text)).toEqual({ registry, repository, tag, digest: undefined });
    expect(referenceText(parseReference(text))).toBe(text.replace('oci://', ''));
  });

  it('takes a digest with or without a tag', () => {
    expect(parseReference(`r.io/a@${digest}`)).toMatchObject({ tag: undefined, digest });
    expect(parseReference(`r.io/a:1.0.0@${digest}`)).toMatchObject({ tag: '1.0.0', digest });
  });

  it.each([
    'team/runbook:1.0.0',
    'runbook',
    '',
    'oci://',
    'r.io/',
    'r.io/Team/a',
    'r.io/../a',
    'r.io/a//b',
    'r.io/a:',
    'r.io/a:.x',
    'r.io/a:1+2',
    `r.io/a:${'1'.repeat(129)}`,
    'r.io/a@sha256:abc',
    `r.io/a@${digest}@${digest}`,
    'user:secret@r.io/a:1',
    'r.io:99999/a',
    'https://r.io/a:1',
    'r.io/a?x=1',
    'r.io/a b',
    `r.io/${'a'.repeat(256)}`,
  ])('is refused when it is %j', (text) => {
    expect(() => parseReference(text)).toThrow(CliError);
  });
});

describe('the tag of a version', () => {
  it('is the version, with _ for the +', () => expect(tagOf('1.0.0-rc.1+b.2')).toBe('1.0.0-rc.1_b.2'));

  it('is asked for when the version is too long for one', () => {
    expect(() => tagOf(`1.0.0-${'a'.repeat(130)}`)).toThrow('too long for a tag');
  });
});

it('goes to the host under which Docker Hub answers', () => {
  expect(apiHost('docker.io')).toBe('registry-1.docker.io');
  expect(apiHost('docker.io.example.com')).toBe('docker.io.example.com');
});
