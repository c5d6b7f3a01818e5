/**
 * Light or dark. Not a module: it runs before anything is drawn, so that nobody sees the other one first.
 */
{
  const KEY = 'theme';
  const root = document.documentElement;
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');

  /** What was chosen here, if the browser lets us remember it. */
  const chosen = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };

  /** Remembers a choice. Where that is forbidden it lasts as long as the page. */
  const remember = (theme) => {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // It is shown nevertheless.
    }
  };

  const isDark = () => (root.dataset.theme ?? (prefersDark.matches ? 'dark' : 'light')) === 'dark';

  /** Says on the button what is shown now. */
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
