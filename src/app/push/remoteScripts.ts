/**
 * What runs on the other machine, in any POSIX shell. Words come as `$1`, `$2`, ...; nothing else is put into a script.
 *
 *     BASE/incoming/SHA256     pieces that have arrived
 *     BASE/versions/VERSION/   complete folders of a tier
 *     BASE/current             link to the one that runs
 */

/** Base. Lists the pieces that are there, with their checksums. */
export const listScript = `set -eu
umask 077
mkdir -p -- "$1/incoming"
cd -- "$1/incoming"
for piece in *; do if [ -f "$piece" ]; then sha256sum -- "$piece"; fi; done`;

/** Base. Unpacks pieces. */
export const receiveScript = `set -eu
umask 077
cd -- "$1/incoming"
exec tar -xf -`;

/** Base and version. Puts a version together; a line "mode path", then its pieces, then an empty line, for each file. */
export const assembleScript = `set -eu
umask 077
cd -- "$1"
new="versions/$2.new"
rm -rf -- "$new"
mkdir -p -- "$new"
while read -r mode path; do
  mkdir -p -- "$(dirname -- "$new/$path")"
  : >"$new/$path"
  while read -r piece && [ -n "$piece" ]; do cat -- "incoming/$piece" >>"$new/$path"; done
  chmod "$mode" -- "$new/$path"
done
rm -rf -- "versions/$2"
mv -- "$new" "versions/$2"
rm -rf -- incoming
if [ -d current/node_modules ] && cmp -s current/package.json "versions/$2/package.json"; then
  cp -R -p -- current/node_modules "versions/$2/node_modules"
fi
if [ -x "versions/$2/run.sh" ]; then "versions/$2/run.sh" install >&2; fi`;

/** Asks the relay of the folder that it runs in whether it serves. */
const liveProgram = `const fs = require("fs");
const port = /DNNSPLIT_PORT=.(\\d+)/.exec(fs.readFileSync("relay.env", "utf8"))[1];
const tls = fs.existsSync("secrets/key.pem");
const get = require(tls ? "https" : "http").get;
get({ host: "127.0.0.1", port, path: "/v2/health/live", rejectUnauthorized: false }, (answer) => process.exit(answer.statusCode === 200 ? 0 : 1)).on("error", () => process.exit(1));`;

/**
 * Base, version and seconds. Lets a version take the place of the one that runs, in one step; goes back to that where the new
 * one does not serve in time (exit code 3). Keeps the last three.
 */
export const switchScript = `set -eu
umask 077
cd -- "$1"
before=$(readlink current || true)
point() { ln -s -- "$1" current.new; mv -T -- current.new current; }
stop() {
  if [ ! -f relay.pid ]; then return 0; fi
  pid=$(cat relay.pid)
  kill -TERM "$pid" 2>/dev/null || return 0
  for _ in $(seq 150); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.2; done
  kill -KILL "$pid" 2>/dev/null || true
}
start() {
  (cd current && DNNSPLIT_DRAIN_MS=0 exec nohup ./run.sh >>../../relay.log 2>&1 </dev/null) &
  echo $! >relay.pid
}
serves() {
  for _ in $(seq "$1"); do
    kill -0 "$(cat relay.pid)" 2>/dev/null || return 1
    if (cd current && node -e '${liveProgram}'); then return 0; fi
    sleep 1
  done
  return 1
}
rm -f -- current.new
stop
point "versions/$2"
start
if serves "$3"; then
  ls -1dt versions/* | tail -n +4 | while read -r old; do if [ "$old" != "$before" ]; then rm -rf -- "$old"; fi; done
  exit 0
fi
tail -n 5 relay.log >&2
stop
if [ -n "$before" ]; then point "$before"; start; serves "$3" || true; fi
exit 3`;
