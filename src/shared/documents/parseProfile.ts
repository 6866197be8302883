import { type ParsedDocument, parseDocument } from './parsedDocument';
import { type ProfileDocument, profileSchema } from './profile';

/** Parses the text of a `*.profile.json`. */
export function parseProfile(text: string): ParsedDocument<ProfileDocument> {
  return parseDocument(text, profileSchema, 'profile');
}
