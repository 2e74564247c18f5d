// The body of a message.

import { h, render } from './dom.js'
import { lay } from './json.js'
import { copy } from './said.js'

// most lines are shown at once; the rest on request.
const most = 400

// body shows a text, laid out where it is JSON, with the lines marked that a finding is
// about.
export function body(title, text, pointers = []) {
  const lines = lay(text) ?? text.split('\n').map((line) => ({ depth: 0, pointer: null, parts: [['plain', line]] }))
  const block = h('pre', { class: 'body', tabindex: 0, 'aria-label': title })
  const draw = (n) => render(block, lines.slice(0, n).map(({ depth, pointer, parts }) => h('span', {
    class: pointer && pointers.includes(pointer) ? 'l hit' : 'l',
  }, '  '.repeat(depth), parts.map(([kind, part]) => h('span', { class: kind }, part)), '\n')))
  draw(most)
  const rest = lines.length - most
  const more = rest > 0 && h('button', { onclick: (e) => { draw(lines.length); e.target.remove() } }, `Show ${rest} more lines`)
  return [block, more, h('button', { class: 'quiet', 'aria-label': `Copy the ${title.toLowerCase()}`, onclick: () => copy(text, 'Copied.') }, 'Copy')]
}
