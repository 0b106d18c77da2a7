/**
 * Where the server is. Empty when the server itself delivers this app (the default); an origin such as
 * `https://api.example.org` when the app is hosted apart from it (set VITE_API_URL at build time).
 */
export const API_URL = (import.meta.env.VITE_API_URL ?? '').replace(/\/+$/u, '');
