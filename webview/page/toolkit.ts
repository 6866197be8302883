/** The only file that knows the widget library; replacing it (its upstream is archived) means rewriting this file. */
import {
  Dropdown,
  provideVSCodeDesignSystem,
  TextField,
  vsCodeButton,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import { element } from './dom';
import { on } from './patch';

/** Defines the custom elements; to be called once before any of them is made. */
export function registerWidgets(): void {
  provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeDropdown(), vsCodeOption(), vsCodeTextField());
}

export interface ButtonOptions {
  readonly label: string;
  readonly title?: string;
  /** Spoken name, where the label is only a sign. */
  readonly name?: string;
  readonly appearance?: 'primary' | 'secondary' | 'icon';
  readonly onClick: () => void;
}

/** A push button of the editor. */
export function button({ label, title, name, appearance = 'secondary', onClick }: ButtonOptions): HTMLElement {
  const created = document.createElement('vscode-button');
  created.setAttribute('appearance', appearance);
  created.append(label);
  if (title !== undefined) created.setAttribute('title', title);
  if (name !== undefined) created.setAttribute('aria-label', name);
  on(created, 'click', onClick);
  return created;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** What it means, for those who point at it. */
  readonly title?: string;
}

export interface Picker {
  readonly element: HTMLElement;
  /** Shows `value` as chosen among `choices` without reporting it. */
  show(choices: readonly Choice[], value: string): void;
}

/** A dropdown with a label in front of it. */
export function picker(label: string, onPick: (value: string) => void): Picker {
  const dropdown = document.createElement('vscode-dropdown');
  dropdown.setAttribute('aria-label', label);
  dropdown.setAttribute('title', label);
  let known = '';
  dropdown.addEventListener('change', () => {
    if (dropdown instanceof Dropdown) onPick(dropdown.value);
  });
  return {
    element: element('span', { class: 'picker' }, element('span', { class: 'picker-label' }, label), dropdown),
    show(choices, value) {
      const signature = JSON.stringify(choices);
      if (signature !== known) {
        known = signature;
        dropdown.replaceChildren(...choices.map((choice) => option(choice)));
      }
      // The options upgrade one turn after they were added; before that the value would not stick.
      queueMicrotask(() => {
        if (dropdown instanceof Dropdown && dropdown.value !== value) dropdown.value = value;
      });
    },
  };
}

function option({ value, label, title }: Choice): HTMLElement {
  const created = document.createElement('vscode-option');
  created.setAttribute('value', value);
  if (title !== undefined) created.setAttribute('title', title);
  created.append(label);
  return created;
}

export interface SearchField {
  readonly element: HTMLElement;
  focus(): void;
  clear(): void;
}

/** A text field for searching that reports every change. */
export function searchField(label: string, hint: string, onInput: (value: string) => void): SearchField {
  const field = document.createElement('vscode-text-field');
  // The widget names itself "Text field" when it comes onto the page, whatever its name was before.
  requestAnimationFrame(() => field.setAttribute('aria-label', label));
  field.setAttribute('placeholder', label);
  field.setAttribute('title', hint);
  field.addEventListener('input', () => {
    if (field instanceof TextField) onInput(field.value);
  });
  return {
    element: field,
    focus() {
      field.focus();
    },
    clear() {
      if (field instanceof TextField) field.value = '';
    },
  };
}

/** A ring that turns while something is going on. */
export function progressRing(): HTMLElement {
  return element('span', { class: 'ring', 'aria-hidden': 'true' });
}
