import { describe, expect, it } from '@jest/globals';

import type { VersionDiff } from './api.types.js';
import { diffView } from './diff.view.js';
import { escapeText } from './output/escape.js';
import { Paint } from './output/paint.js';

const plain = new Paint(false);
const nothing: VersionDiff = {
  ...{ sections: [], steps: [], files: { added: [], removed: [] }, readmeChanged: false, cut: false },
};
const place = (index: number, list = 'steps') => ({ list, index });

describe('diffView', () => {
  it('says when nothing differs', () => {
    expect(diffView('a', 'b', nothing, plain)).toBe('a → b\n\nNothing differs in what the packages say.');
  });

  it('shows sections, steps with their places from 1, files and the readme', () => {
    const text = diffView(
      'x@1.0.0',
      'x@1.1.0',
      {
        sections: [
          { section: 'safety', fields: [{ path: '/spec/safety/mode', before: 'manual', after: 'auto', cut: false }] },
        ],
        steps: [
          { name: 'act', changes: ['moved', 'changed'], before: place(2), after: place(0, 'finally'), fields: [] },
          {
            name: 'new',
            changes: ['added'],
            before: null,
            after: place(1),
            fields: [{ path: '/uses', after: 'a/b', cut: false }],
          },
          {
            name: 'old',
            changes: ['removed'],
            before: place(1),
            after: null,
            fields: [{ path: '/uses', before: '"x', cut: true }],
          },
        ],
        files: { added: ['manifests/a.yaml'], removed: ['manifests/b.yaml'] },
        ...{ readmeChanged: true, cut: true },
      },
      plain,
    );
    expect(text).toBe(`x@1.0.0 → x@1.1.0

safety
  ~ spec.safety.mode: "manual" → "auto"

~ step act: moved, changed (steps 3 → finally 1)

+ step new: added (steps 2)
  + uses: "a/b"

- step old: removed (steps 2)
  - uses: "\\"x" (shortened)

files
  + manifests/a.yaml
  - manifests/b.yaml
  ~ README.md says something else

More differs than is shown.`);
  });

  it('makes what a package says visible', () => {
    const x = 'a\u001b[2J\nb';
    const fields = [{ path: `/${x}`, before: x, after: { [x]: x }, cut: false }];
    const step = { name: x, changes: [x], before: place(0, x), after: place(1, x), fields };
    const text = diffView(
      x,
      x,
      { ...nothing, sections: [{ section: x, fields }], steps: [step], files: { added: [x], removed: [x] } },
      plain,
    );
    expect(escapeText(text)).toBe(text);
    expect(text).not.toMatch(/^b/m);
  });
});
