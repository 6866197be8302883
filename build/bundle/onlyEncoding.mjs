import { readFile } from 'node:fs/promises';

const messages = /[\\/]onnx-proto[\\/]dist[\\/]onnx\.js$/;
const unused =
  /^( +)[\w.]+\.(?:create|decode|encodeDelimited|decodeDelimited|verify|fromObject|toObject|prototype\.toJSON) = function[\s\S]*?^\1};$/gm;

/**
 * Keeps of onnx-proto what programs call: every message has methods to be read, checked and converted with, each of
 * which names those of the messages in it, so that all of them would stay.
 * @returns {import('esbuild').Plugin}
 */
export function onlyEncoding() {
  return {
    name: 'only-encoding',
    setup(build) {
      build.onLoad({ filter: messages }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const contents = text.replace(unused, '');
        if (!contents.includes('.encode = ') || /\.(decode|toObject) = /.test(contents))
          throw new Error(`${path} is written in another way than it was.`);
        return { contents, loader: 'js' };
      });
    },
  };
}
