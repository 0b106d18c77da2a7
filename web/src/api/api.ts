import { createApi } from '@reduxjs/toolkit/query/react';
import { axiosBaseQuery, http } from './base-query';

/** The one RTK Query API. Features add their endpoints with `api.injectEndpoints`. */
export const api = createApi({
  reducerPath: 'api',
  baseQuery: axiosBaseQuery(http),
  tagTypes: ['Me', 'Devices', 'Session', 'Join', 'Identities', 'Security'],
  endpoints: () => ({}),
});
