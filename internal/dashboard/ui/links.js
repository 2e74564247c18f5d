// Addresses within the page: #/worlds/demo/journal/42.

const hash = (...parts) => `#/${parts.filter((p) => p !== undefined).map(encodeURIComponent).join('/')}`

// links are those of one world.
export const links = (world) => ({
  journal: (id) => hash('worlds', world, 'journal', id),
  state: (...thing) => hash('worlds', world, 'state', ...thing),
  webhooks: (id) => hash('worlds', world, 'webhooks', id),
  scenarios: () => hash('worlds', world, 'scenarios'),
  coverage: () => hash('worlds', world, 'coverage'),
})

links.worlds = () => hash()
links.coverage = () => hash('coverage')
links.refused = (id) => hash('refused', id)

// parts is an address taken apart.
export function parts(address) {
  try {
    return address.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    return []
  }
}
