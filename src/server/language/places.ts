import { getLocation, type Segment } from 'jsonc-parser';
import type { Diagnostic, Position, Range } from 'vscode-languageserver/node';
import { DiagnosticSeverity } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { DocumentProblem } from '../../shared/documents/parsedDocument';
import { visibleText } from '../../shared/escape/visible';

/** The first line; where lenses and actions of a whole document sit. */
export const documentStart: Range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** Property names and indices that lead to a place in a JSON document. */
export function pathAt(document: TextDocument, position: Position): readonly Segment[] {
  return getLocation(document.getText(), document.offsetAt(position)).path;
}

/** A problem as an editor shows it. */
export function diagnosticOf(document: TextDocument, problem: DocumentProblem): Diagnostic {
  return {
    range: {
      start: document.positionAt(problem.offset),
      end: document.positionAt(problem.offset + problem.length),
    },
    severity: problem.severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    source: 'DNNSplit',
    message: visibleText(problem.message),
  };
}
