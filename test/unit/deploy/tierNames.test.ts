import { describe, expect, it } from 'vitest';
import { tierNames } from '../../../src/engine/deploy/parts/tierNames';

const namesOf = (...ids: string[]) => tierNames({ tiers: ids.map((id) => ({ id })) });

describe('names of tiers in files and objects', () => {
  it('are what the ids say, as far as a label may', () => {
    expect(namesOf('device', 'Edge & Co', 'a b', 'a-b', '')).toEqual(['device', 'edge-co', 'a-b', 'a-b-2', 'tier']);
    expect(namesOf('../../evil', '__proto__', '..', 'C:\\x')).toEqual(['evil', 'proto', 'tier', 'c-x']);
  });

  it('differ by more than upper and lower case', () => {
    expect(namesOf('A', 'a', 'A-2')).toEqual(['a', 'a-2', 'a-2-2']);
  });

  it('are folders that Windows can make', () => {
    const devices = ['CON', 'prn', 'Aux', 'nul', 'com1', 'LPT9'];
    for (const name of namesOf(...devices)) expect(name).toMatch(/^[a-z0-9]+-tier$/);
    expect(namesOf('con', 'con-tier', 'console', 'nul.txt')).toEqual(['con-tier', 'con-tier-2', 'console', 'nul-txt']);
  });
});
