import { describe, expect, it } from 'vitest';
import { circleOf, foldersOf, importsBelow, roomOf } from './imports';

/**
 * Which rooms a room may use. A room that is not listed may not exist, and an arrow that is not listed may not either;
 * `docs/architecture.md` says what each is for.
 */
const houses: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  src: {
    shared: [],
    engine: ['shared'],
    files: ['shared', 'engine'],
    runtime: ['shared', 'engine', 'files'],
    relay: ['shared', 'files', 'runtime'],
    app: ['shared', 'engine', 'files', 'runtime'],
    programs: [],
    server: ['shared', 'engine', 'files', 'app', 'programs'],
    cli: ['shared', 'engine', 'files', 'runtime', 'relay', 'app', 'programs'],
    extension: ['shared', 'files'],
    web: ['shared'],
  },
  'src/shared': {
    '.': [],
    escape: [],
    messages: [],
    picture: [],
    vocabulary: ['.'],
    reports: ['messages', 'vocabulary'],
    work: ['messages', 'reports'],
    assistant: ['.', 'vocabulary'],
    documents: ['.', 'messages', 'vocabulary', 'reports', 'work'],
    protocol: ['vocabulary', 'reports', 'work', 'picture', 'assistant'],
    wording: ['.', 'escape', 'vocabulary', 'reports', 'protocol'],
  },
  'src/app': {
    tasks: [],
    model: [],
    plan: ['model'],
    split: ['tasks', 'model', 'plan'],
    deploy: ['tasks', 'split'],
    profile: ['tasks', 'model', 'split'],
    push: ['split'],
    measure: ['tasks', 'model', 'profile', 'push'],
    assistant: ['model', 'plan'],
  },
  'src/web': {
    files: [],
    node: ['files'],
    threads: ['files', 'node'],
    '.': ['files', 'node', 'threads'],
  },
  'src/engine': {
    solver: [],
    presets: [],
    onnx: [],
    state: [],
    shapes: ['onnx', 'state'],
    split: ['solver', 'shapes'],
    planning: ['solver', 'presets', 'shapes', 'split'],
    calibration: ['planning', 'split'],
    extract: ['onnx', 'shapes', 'split', 'planning'],
    deploy: ['shapes', 'extract'],
    report: ['onnx', 'shapes', 'split', 'planning'],
    picture: ['shapes', 'split'],
    nodeData: ['split', 'planning', 'picture'],
    handover: ['picture'],
  },
  'src/engine/planning': {
    infrastructure: [],
    plan: ['infrastructure'],
    costs: ['infrastructure', 'plan'],
    search: ['infrastructure', 'plan', 'costs'],
    optimum: ['infrastructure', 'plan', 'costs', 'search'],
    bandwidths: ['plan', 'costs', 'search'],
    limits: ['infrastructure', 'plan', 'costs', 'search', 'optimum', 'bandwidths'],
    strategies: ['infrastructure', 'plan', 'costs', 'search', 'optimum', 'limits'],
    findings: ['infrastructure', 'plan', 'costs', 'search', 'strategies'],
    '.': ['infrastructure', 'plan', 'costs', 'search', 'optimum', 'bandwidths', 'limits', 'strategies', 'findings'],
  },
};

const imports = importsBelow(['src', 'webview']);

describe('the arrows between rooms', () => {
  it('reads the imports of the whole program', () => {
    expect(imports.length).toBeGreaterThan(1500);
    expect(imports).toContainEqual({
      from: 'src/engine/planning/planModel.ts',
      to: 'src/engine/planning/findings/audit.ts',
    });
  });

  for (const [house, rooms] of Object.entries(houses)) {
    it(`go down the list in ${house}`, () => {
      const wrong = imports.flatMap(({ from, to }) => {
        const [room, used] = [roomOf(from, house), roomOf(to, house)];
        if (room === undefined || used === undefined || room === used) return [];
        return rooms[room]?.includes(used) ? [] : [`${from} uses ${to}`];
      });
      expect(wrong).toEqual([]);
    });

    it(`are all in use in ${house}`, () => {
      const used = new Set(imports.map(({ from, to }) => `${roomOf(from, house)} ${roomOf(to, house)}`));
      const unused = Object.entries(rooms).flatMap(([room, others]) =>
        others.filter((other) => !used.has(`${room} ${other}`)).map((other) => `${room} never uses ${other}`),
      );
      expect(unused).toEqual([]);
    });
  }

  it('leave from the webview to what is shared and to the display list alone, which stands by itself', () => {
    const list = 'src/engine/picture/displayList/';
    const outside = imports.filter(({ from, to }) => from.startsWith('webview/') && !to.startsWith('webview/'));
    expect(outside.filter(({ to }) => !to.startsWith('src/shared/') && !to.startsWith(list))).toEqual([]);
    const needed = imports.filter(({ from, to }) => from.startsWith(list) && !to.startsWith(list));
    expect(needed.filter(({ to }) => !to.startsWith('src/shared/'))).toEqual([]);
  });

  for (const folder of foldersOf(imports)) {
    it(`make no circle among the rooms of ${folder}`, () => {
      const next = new Map<string, Set<string>>();
      for (const { from, to } of imports) {
        const [room, used] = [roomOf(from, folder), roomOf(to, folder)];
        if (room === undefined || used === undefined || room === used) continue;
        next.set(room, (next.get(room) ?? new Set()).add(used));
      }
      expect(circleOf(next)).toBeUndefined();
    });
  }

  it('make no circle among files', () => {
    const next = new Map<string, Set<string>>();
    for (const { from, to } of imports) next.set(from, (next.get(from) ?? new Set()).add(to));
    expect(circleOf(next)).toBeUndefined();
  });
});

describe('circleOf', () => {
  it('finds a circle and only a circle', () => {
    const graph = (edges: Record<string, string[]>) =>
      new Map(Object.entries(edges).map(([name, to]) => [name, new Set(to)]));
    expect(circleOf(graph({ a: ['b', 'c'], b: ['c'], c: [] }))).toBeUndefined();
    expect(circleOf(graph({ a: ['b'], b: ['c'], c: ['b'] }))).toEqual(['b', 'c', 'b']);
  });
});
