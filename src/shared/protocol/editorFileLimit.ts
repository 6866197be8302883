/** The largest file that is read from an editor rather than from a disk: it is held as a whole, and copied on its way. */
export const mostEditorFileMB = 256;
