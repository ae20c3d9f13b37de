export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** What `docker login` keeps after a login in the browser; it buys tokens and is no password. */
  | { readonly kind: 'identity-token'; readonly token: string };
