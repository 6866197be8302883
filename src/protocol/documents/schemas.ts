import { z } from 'zod';
import { configSchema } from './config';
import { planDocumentSchema } from './plan';
import { profileSchema } from './profile';

/** The JSON schemas of all documents, by the name of their file in `dist/schemas`. */
export function documentSchemas(): Readonly<Record<string, unknown>> {
  const toJson = (schema: z.ZodType) => ({
    ...z.toJSONSchema(schema, { target: 'draft-7' }),
    allowComments: true,
    allowTrailingCommas: true,
  });
  return { dnnsplit: toJson(configSchema), splitplan: toJson(planDocumentSchema), profile: toJson(profileSchema) };
}
