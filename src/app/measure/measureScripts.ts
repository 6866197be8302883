import { gatherFiles } from '../push/remoteScripts';

/**
 * What runs on the machine that is measured, in any POSIX shell. Words come as `$1`, `$2`, ...; nothing else is put into a
 * script.
 *
 *     BASE/incoming/SHA256     pieces that have arrived
 *     BASE/models/VERSION/     the program and a model, complete
 */

/** What the machine is, as JSON on one line; runs on any Node.js. */
const lookProgram = `const fs = require("fs"), path = require("path");
const [base, runtime] = process.argv.slice(1);
const places = [runtime, process.env.DNNSPLIT_RUNTIME_FOLDER, path.resolve(base)].filter(Boolean).map((one) => path.join(one, "node_modules"));
places.push(path.resolve(path.dirname(process.execPath), "../lib/node_modules"));
const hasRuntime = places.some((one) => fs.existsSync(path.join(one, "onnxruntime-node")));
console.log(JSON.stringify({ node: process.versions.node, arch: process.arch, hasRuntime }));`;

/** Base, version and folder of ONNX Runtime or nothing. Says what is there: free kB, whether the model is, what Node.js is. */
export const lookScript = `set -eu
at=$1
while [ ! -d "$at" ]; do at=$(dirname -- "$at"); done
echo "free $(df -Pk -- "$at" | awk 'NR == 2 { print $4 }')"
if [ -d "$1/models/$2" ]; then echo "present"; fi
if command -v node >/dev/null 2>&1; then node -e '${lookProgram}' "$1" "$3"; else echo "no node"; fi`;

/** Base and version. Puts a version together. */
export const gatherScript = `set -eu
umask 077
cd -- "$1"
new="models/$2.new"
${gatherFiles}
mv -- "$new" "models/$2"
rm -rf -- incoming`;

/** Base, version and what to measure. */
export const startScript = `set -eu
cd -- "$1/models/$2"
exec node relay.js "$3"`;

/** Base and version. Removes a model with the program, and what is empty then. */
export const removeScript = `set -eu
cd -- "$1"
base=$(pwd -P)
rm -rf -- "models/$2" incoming
rmdir -- models 2>/dev/null || true
cd /
rmdir -- "$base" 2>/dev/null || true`;
