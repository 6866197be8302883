import { describe, expect, it } from 'vitest';
import { type MeasuringContext, TextFitter } from '../../../webview/renderer/textFitter';

/** Ten units a character at a font of 100 pixels, as the fitter sets it. */
function measuring(): MeasuringContext {
  return {
    font: '',
    measureText(text) {
      const size = Number(/(\d+)px/.exec(this.font)?.[1]);
      return { width: (text.length * size) / 10 } as TextMetrics;
    },
  };
}

describe('fitting text', () => {
  it('measures by a context of its own font, whatever was set before', () => {
    const context = measuring();
    const fitter = new TextFitter(context);
    fitter.useFont('sans-serif');
    context.font = '500 3px serif';
    expect(fitter.width('four', 10)).toBe(4);
  });

  it('shortens to what there is room for', () => {
    const fitter = new TextFitter(measuring());
    fitter.useFont('sans-serif');
    expect(fitter.fit('convolution', 10, 11)).toBe('convolution');
    expect(fitter.fit('convolution', 10, 6)).toBe('convo…');
    expect(fitter.fit('convolution', 10, 0.5)).toBe('');
  });
});
