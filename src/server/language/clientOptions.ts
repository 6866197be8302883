import * as z from 'zod';
import { clientCommands } from '../../shared/protocol/requests';

/** What a client may say of itself in `initializationOptions`; everything is optional. */
const schema = z.object({
  /** The editor checks documents against their JSON schema itself, so the server leaves that out. */
  editorValidatesSchema: z.boolean().default(false),
  /** A person trusts the workspace: files that documents name are read wherever they are, not in their own folder alone. */
  trusted: z.boolean().default(false),
  /** Ids of the commands that the client carries out; actions and lenses of others are not offered. */
  commands: z.array(z.string()).default([clientCommands.generate]),
});
export type ClientOptions = z.infer<typeof schema>;

/** The client's options; anything that is not understood counts as not said. */
export function clientOptions(value: unknown): ClientOptions {
  const parsed = schema.safeParse(value ?? {});
  return parsed.success ? parsed.data : schema.parse({});
}
