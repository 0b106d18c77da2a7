import { api } from './api';
import type { Site } from './types';

const siteApi = api.injectEndpoints({
  endpoints: (build) => ({
    site: build.query<Site, void>({
      query: () => ({ url: '/site' }),
      keepUnusedDataFor: 3600,
    }),
  }),
});

export const { useSiteQuery } = siteApi;
