/**
 * True where the programs run in a browser, or as there in a window whose folders are all virtual: they see no disk, but all
 * files that the editor does, whatever their scheme, and no other program can be started.
 */
export const seesEditorFiles = process.env['DNNSPLIT_FILES'] === 'editor';

/** True where files of a scheme can be read. */
export function isReadable({ scheme }: { readonly scheme: string }): boolean {
  return seesEditorFiles || scheme === 'file';
}
