import { describe, expect, test } from 'vitest';
import { type Color, contrast, ensureContrast, over, parseColor } from '../../../src/engine/picture/displayList/color';
import { savedTheme } from '../../../src/engine/picture/displayList/editorColors';
import { readTheme, tierColorsOf } from '../../../src/engine/picture/displayList/theme';
import { pictureThemes } from '../../../src/shared/picture/picture';
import { type ThemeName, themes } from '../../webview/harness/themes';

function color(css: string): Color {
  const parsed = parseColor(css);
  if (parsed === undefined) throw new Error(`${css} is not a color`);
  return parsed;
}

describe('colors', () => {
  test.for([
    ['#fff', { r: 255, g: 255, b: 255, a: 1 }],
    ['#12345680', { r: 18, g: 52, b: 86, a: 128 / 255 }],
    ['rgb(1, 2, 3)', { r: 1, g: 2, b: 3, a: 1 }],
    ['rgba(1, 2, 3, 0.5)', { r: 1, g: 2, b: 3, a: 0.5 }],
    ['rgb(1 2 3 / 50%)', { r: 1, g: 2, b: 3, a: 0.5 }],
    ['red', undefined],
  ] as const)('%s is read', ([css, expected]) => {
    expect(parseColor(css)).toEqual(expected);
  });

  test('contrast is that of the WCAG examples', () => {
    expect(contrast(color('#000000'), color('#ffffff'))).toBeCloseTo(21, 5);
    expect(contrast(color('#777777'), color('#ffffff'))).toBeCloseTo(4.48, 2);
  });

  test('contrast is reached on any background', () => {
    for (const background of ['#000000', '#808080', '#ffffff', '#1f1f1f']) {
      const reached = ensureContrast(color('#7a8a99'), color(background), 4.5);
      expect(contrast(reached, color(background))).toBeGreaterThanOrEqual(4.5);
    }
  });
});

describe.for(['dark', 'light', 'hc-dark', 'hc-light'] satisfies ThemeName[])('theme %s', (name) => {
  const { bodyClass, variables } = themes[name];
  const theme = readTheme((variable) => variables[variable.replace('--vscode-', '')] ?? '', bodyClass);
  const background = color(theme.background);

  test('knows high contrast', () => {
    expect(theme.highContrast).toBe(name.startsWith('hc'));
  });

  test('text on nodes, pills and badges can be read', () => {
    const onNode = theme.highContrast ? 7 : 4.5;
    expect(contrast(color(theme.foreground), color(theme.nodeFill))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(color(theme.dimmed), color(theme.nodeFill))).toBeGreaterThanOrEqual(onNode - 0.1);
    for (let tier = 0; tier < 8; tier++) {
      const { accent, onAccent } = tierColorsOf(theme, tier);
      expect(contrast(color(onAccent), color(accent))).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('tiers, focus and family bars stand out from what is behind them', () => {
    for (const { accent } of theme.tiers) {
      expect(contrast(color(accent), background)).toBeGreaterThanOrEqual(theme.highContrast ? 6.9 : 2.95);
    }
    expect(contrast(color(theme.focus), background)).toBeGreaterThanOrEqual(2.95);
    for (const bar of Object.values(theme.families)) {
      expect(contrast(color(bar), color(theme.nodeFill))).toBeGreaterThanOrEqual(2.9);
    }
  });

  test('bands stay behind the nodes', () => {
    for (const { tint } of theme.tiers) {
      expect(contrast(over(color(tint), background), background)).toBeLessThan(1.25);
    }
  });
});

test.for(pictureThemes)('a saved picture has the %s theme of an editor', (name) => {
  const { bodyClass, variables } = themes[name];
  const page = readTheme((variable) => variables[variable.replace('--vscode-', '')] ?? '', bodyClass);
  const { fontFamily: _, dotHeat, boxHeat: _box, speckHeat: _speck, ...colors } = savedTheme(name);
  expect(page).toMatchObject(colors);
  for (const share of [0, 0.3, 1]) expect(dotHeat(share)).toBe(page.dotHeat(share));
});

test('a page without any variables still gets a theme', () => {
  const theme = readTheme(() => '', 'vscode-light');
  expect(theme.background).toBe('rgb(255, 255, 255)');
  expect(contrast(color(theme.foreground), color(theme.background))).toBeGreaterThan(4.5);
});
