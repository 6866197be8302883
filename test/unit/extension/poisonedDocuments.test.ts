import { describe, expect, it } from 'vitest';
import { PoisonedDocuments } from '../../../src/extension/client/poisonedDocuments';

describe('documents that servers have ended with', () => {
  it('are sent once more, then held back until they are opened again', () => {
    const documents = new PoisonedDocuments();
    expect(documents.opens('a')).toBe(true);
    documents.serverEnded();
    expect(documents.opens('a')).toBe(true);
    documents.serverEnded();
    expect([documents.opens('a'), documents.isHeldBack('a')]).toEqual([false, true]);
    expect([documents.opens('b'), documents.isHeldBack('b')]).toEqual([true, false]);
    documents.serverEnded();
    expect(documents.opens('b')).toBe(true);
    documents.closes('a');
    expect([documents.isHeldBack('a'), documents.opens('a')]).toEqual([false, true]);
  });

  it('are those that were open then', () => {
    const documents = new PoisonedDocuments();
    for (let ending = 0; ending < 3; ending++) {
      documents.opens('closed');
      documents.closes('closed');
      documents.serverEnded();
    }
    expect(documents.opens('closed')).toBe(true);
  });
});
