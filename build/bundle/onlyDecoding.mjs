import { readFile } from 'node:fs/promises';

const messages = /[\\/]onnx-proto[\\/]dist[\\/]onnx\.js$/;
const unused =
  /^( +)[\w.]+\.(?:create|encode|encodeDelimited|decodeDelimited|verify|fromObject|toObject|prototype\.toJSON) = function[\s\S]*?^\1};$/gm;

/**
 * Keeps of onnx-proto what programs call: every message has methods to be written, checked and converted with, each of
 * which names those of the messages in it, so that all of them would stay.
 * @returns {import('esbuild').Plugin}
 */
export function onlyDecoding() {
  return {
    name: 'only-decoding',
    setup(build) {
      build.onLoad({ filter: messages }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const contents = text.replace(unused, '');
        if (!contents.includes('.decode = ') || /\.(encode|toObject) = /.test(contents))
          throw new Error(`${path} is written in another way than it was.`);
        return { contents, loader: 'js' };
      });
    },
  };
}
