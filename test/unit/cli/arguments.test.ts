import { afterAll, describe, expect, it } from 'vitest';
import { parseBindings, parseLatencies, parsePositions } from '../../../src/cli/terminal/arguments';
import { overridesOf } from '../../../src/cli/terminal/overrideOptions';
import { parsePlacement } from '../../../src/cli/terminal/placement';
import { handFolder, planByHand } from '../../support/handModel';

describe('--bind', () => {
  it('takes several dimensions, 0 included, on top of those before', () => {
    expect(parseBindings('batch=2, past = 0', { seq: 7 })).toEqual({ seq: 7, batch: 2, past: 0 });
  });

  it('takes the names that exporters give to computed dimensions', () => {
    expect(parseBindings('Max(1, s2)=4,past + seq=9')).toEqual({ 'Max(1, s2)': 4, 'past + seq': 9 });
  });

  it.each(['batch', 'batch=', '=2', 'batch=-1', 'batch=1.5', 'batch=two', 'a=1,b'])('refuses %j', (text) => {
    expect(() => parseBindings(text)).toThrow(/NAME=NUMBER/);
  });
});

describe('what is tried', () => {
  const folder = handFolder();
  afterAll(folder.remove);
  const { analyzed, settings } = planByHand(folder);

  it('is taken by link, by tier and by node', async () => {
    const given = { latency: parseLatencies('1=0'), cutAt: parsePositions('1=5,0=3') };
    const overrides = await overridesOf(analyzed, settings, { ...given, speed: ['edge=2'], pin: ['a=b=cloud'] });
    expect(overrides).toEqual({
      latencyMs: [null, 0],
      cuts: [3, 5],
      tierSpeed: [null, 2, null],
      pin: { 'a=b': 'cloud' },
    });
  });

  it.each([
    [() => parsePositions('0=1.5'), "'0=1.5' is not LINK=POSITION"],
    [() => parseLatencies('0=-1'), "'0=-1' is not LINK=MS"],
    [() => parsePlacement('[["0..20"]'), 'It must be JSON such as'],
    [() => parsePlacement('[[0]]'), 'It must be JSON such as'],
  ])('is refused where it has no meaning: %s', (parsed, sentence) => {
    expect(parsed).toThrow(sentence);
  });

  it.each([
    [{ speed: ['edge=0'] }, '`--speed edge=0` is not TIER=FACTOR with a factor above 0. The tiers are device, edge,'],
    [{ speed: ['other=2'] }, '`--speed other=2` is not TIER=FACTOR'],
    [{ pin: ['5'] }, '`--pin 5` is not NODE=TIER'],
    [{ cutAt: parsePositions('2=1') }, 'There is no link 2'],
  ])('is refused where the tiers have nothing like it: %j', async (options, sentence) => {
    await expect(overridesOf(analyzed, settings, options)).rejects.toThrow(sentence);
  });
});
