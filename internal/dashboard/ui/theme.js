// The theme is set before anything is drawn, so this is no module: a module runs too late.
// 'auto' follows the system.
(() => {
  const themes = ['auto', 'light', 'dark']
  const stored = () => {
    try {
      return localStorage.getItem('esimsim.theme')
    } catch {
      return null // storage may be forbidden
    }
  }
  const set = (theme) => {
    document.documentElement.dataset.theme = theme
    try {
      localStorage.setItem('esimsim.theme', theme)
    } catch {
      // Then it lasts as long as the page.
    }
  }
  const theme = () => document.documentElement.dataset.theme
  document.documentElement.dataset.theme = themes.includes(stored()) ? stored() : 'auto'
  window.esimsimTheme = {
    name: theme,
    next: () => set(themes[(themes.indexOf(theme()) + 1) % themes.length]),
  }
})()
