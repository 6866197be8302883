import { seesEditorFiles } from '../../files/editorFiles';
import { diskCommands, type RunCommand } from '../../shared/protocol/webviewMessages';

/** Commands that cannot be run where the extension runs, and that nothing offers therefore. */
export const withheldCommands: readonly RunCommand[] = seesEditorFiles ? diskCommands : [];
