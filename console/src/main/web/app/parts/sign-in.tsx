import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { keepToken } from '../api/http';
import { Dialog } from './basics';

/** Asks for the server's token; the page then starts anew with it. */
export function SignIn({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [token, setToken] = useState('');
  const enter = (event: Event): void => {
    event.preventDefault();
    keepToken(token.trim());
    location.reload();
  };
  return (
    <Dialog title="Sign in" onClose={onClose}>
      <form onSubmit={enter}>
        <div>
          <h1 style={{ fontSize: '1.2rem' }}>Sign in</h1>
          <p class="soft">This server answers only those who have its token. The token stays in this browser tab.</p>
        </div>
        <label class="field">
          <span>Token</span>
          <input class="input" type="password" autocomplete="off" required value={token} onInput={event => setToken(event.currentTarget.value)} />
        </label>
        <footer>
          <button type="button" class="button" onClick={onClose}>Close</button>
          <button type="submit" class="button primary">Sign in</button>
        </footer>
      </form>
    </Dialog>
  );
}
