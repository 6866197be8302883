import { describe, expect, it } from 'vitest';
import { pictureScale } from '../../../webview/renderer/stillPictures';

describe('the size of a picture', () => {
  it('is what is wanted where the graph allows', () => {
    for (const scale of [1, 2, 4]) expect(pictureScale({ width: 800, height: 4000 }, scale)).toBe(scale);
  });

  it('never passes what viewers of pictures take', () => {
    for (const scene of [
      { width: 500, height: 1_300_000 },
      { width: 90_000, height: 400 },
      { width: 9000, height: 9000 },
      { width: 30_000, height: 30_000 },
    ]) {
      const scale = pictureScale(scene, 4);
      expect(Math.max(scene.width, scene.height) * scale).toBeLessThanOrEqual(16_384.001);
      expect(scene.width * scene.height * scale * scale).toBeLessThanOrEqual(64_000_001);
    }
  });
});
