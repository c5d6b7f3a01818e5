/**
 * Light or dark theme. Not a module: it must run before the first paint, so that the page does not flash.
 */
{
  const KEY = 'theme';
  const root = document.documentElement;
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');

  /** The stored choice, if the browser allows storage. */
  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };

  /** Stores a choice. Without storage it lasts as long as the page. */
  const remember = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // The theme is applied nevertheless.
    }
  };

  const isDark = () => (root.dataset.theme ?? (prefersDark.matches ? 'dark' : 'light')) === 'dark';

  /** Updates the label of the button. */
  const tell = (button) => button.setAttribute('aria-pressed', String(isDark()));

  const theme = chosen();
  if (theme === 'light' || theme === 'dark') {
    root.dataset.theme = theme;
  }

  document.addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('theme');
    tell(button);
    prefersDark.addEventListener('change', () => tell(button));
    button.addEventListener('click', () => {
      root.dataset.theme = isDark() ? 'light' : 'dark';
      remember(root.dataset.theme);
      tell(button);
    });
  });
}
