import { createHash, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../runtime/refusal';
import { say } from '../../shared/messages/say';

/** Checks who may ask. @param token that callers must send; anybody may ask where there is none */
export function accessCheck(token: string | undefined): (authorization: string | undefined) => void {
  if (token === undefined) return () => undefined;
  const wanted = digest(token);
  return (authorization) => {
    const given = /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), wanted)) return;
    throw new Refusal(401, say('request.token', {}), undefined, {
      'www-authenticate': `Bearer realm="dnnsplit"${given === undefined ? '' : ', error="invalid_token"'}`,
    });
  };
}

/** Of one length, so that comparing tells nothing of it. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
