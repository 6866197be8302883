/** Files on disk: what could not be read or written, and what to do about it. */
export const filesMessages = {
  'disk.missing': '{path} does not exist. Check its name and folder.',
  'disk.noPlace': '{path} cannot be created there. Choose another folder.',
  'disk.mayNotOpen': 'There is no permission to open {path}. Change its access rights or choose another file.',
  'disk.mayNotRead': 'There is no permission to read {path}. Change its access rights or choose another file.',
  'disk.mayNotWrite': 'There is no permission to write {path}. Change its access rights or choose another folder.',
  'disk.folder': '{path} is a folder. Choose a file.',
  'disk.underFile': '{path} lies under something that is not a folder. Check the path.',
  'disk.full': 'The disk is full, so {path} cannot be written. Free some space and try again.',
  'disk.tooLargeHere':
    '{path} is larger than the {size} MB that DNNSplit reads without a disk. Open a copy on your computer.',
  'disk.tooLarge': '{path} is larger than its disk allows. Choose another folder.',
  'disk.readOnly': '{path} lies on a disk that is read-only. Choose another folder.',
  'disk.busy': '{path} is in use by another program. Close it and try again.',
  'disk.otherDisk': '{path} leads to another disk. Choose another folder.',
  'disk.tooManyOpen': 'Too many files are open to use {path}. Close some programs and try again.',
  'disk.linkLoop': '{path} is a loop of symbolic links. Choose the file itself.',
  'disk.longName': 'The name {path}... is too long for the file system. Choose a shorter one.',
  'disk.notOpened': '{path} could not be opened ({code}).',
  'disk.notRead': '{path} could not be read ({code}).',
  'disk.notWritten': '{path} could not be written ({code}).',
  'disk.shrunk': '{path} became shorter while it was read. Open it again.',
  'disk.changed': '{path} changed while it was used, so nothing was written. Wait until it is complete and try again.',
  'disk.noKind': 'There is no {kind} at {path}.',
  'disk.folderNotKind': '{path} is a folder. Choose a {kind}.',
  'disk.irregular': '{path} is {nature}, not a regular file. Choose a {kind}.',
  'disk.tooLargeKind': '{path} is larger than {size} MB, too large for a {kind}. Choose the right file.',
  'disk.noWorkingFolder': 'The working folder does not exist any more. Change to another folder.',
  'disk.outsideReach':
    '{document} names the file {file}, which is not in its own folder. Trust the workspace to let DNNSplit read it.',

  'write.linkLoop': '{path} is a loop of symbolic links. Choose another name.',
  'write.exists': '{path} already exists. Add --force to replace it, or choose another name.',
  'write.input': '{path} is an input of this command and would be lost. Choose another name.',
  'write.irregular': '{path} is {nature} and is never replaced. Use "-o -" for standard output, or choose a file.',
  'write.notFolder': '{path} is a file. Choose a folder.',
  'write.link': '{path} is a link, which is not replaced. Remove it or choose another folder.',
  'write.irregularInFolder': '{path} is not a regular file, so it is not replaced. Choose another folder.',
  'write.foreign':
    '{path} was not written by an earlier run of this command, so it is not replaced. Move it away or choose another folder.',
  'write.olderModels':
    '{path} holds sub-models of an earlier run, which the new manifests may not match. Remove the folder or choose another one.',
  'write.list': '{path} is not a list of generated files of this version. Remove it or choose another folder.',

  'weights.refused':
    '{model} keeps weights in "{location}", which {reason}. Only files in the folder of the model are read.',
  'weights.noName': 'is not a file name',
  'weights.absolute': 'is an absolute path',
  'weights.leadsOut': 'leads out of the folder',
  'weights.irregular': 'is not a regular file',
  'weights.hardLink': 'is a hard link that may lead out of the folder',
  'weights.missing': 'The weights of {model} are missing. Put "{location}" beside the model.',
  'weights.link':
    '{model} keeps weights in "{location}", which is a link to {target}, outside the folder of the model. Replace the link with the file itself or a copy.',
} as const;
