import { api } from '@/api/api';
import type {
  NewSessionAction,
  SessionAction,
  SessionAttachment,
  SessionNote,
  SessionNotes,
} from '@/api/types';

const at = (session: string) => `/sessions/${encodeURIComponent(session)}`;

/** Types that are said to the server; of others it tells by itself what they are. */
const SAID = /^(application\/(pdf|zip)|image\/(png|jpeg|gif|webp)|text\/(plain|markdown|csv))$/u;

const notesApi = api.enhanceEndpoints({ addTagTypes: ['Notes'] }).injectEndpoints({
  endpoints: (build) => ({
    notes: build.query<SessionNotes, string>({
      query: (session) => ({ url: `${at(session)}/notes` }),
      providesTags: ['Notes'],
    }),
    writeNote: build.mutation<
      SessionNote,
      { session: string; which: 'shared' | 'own'; text: string; version: number }
    >({
      query: ({ session, which, ...body }) => ({
        url: `${at(session)}/notes/${which}`,
        method: 'PUT',
        body,
      }),
      invalidatesTags: ['Notes'],
    }),
    addAction: build.mutation<SessionAction, NewSessionAction & { session: string }>({
      query: ({ session, ...body }) => ({ url: `${at(session)}/actions`, method: 'POST', body }),
      invalidatesTags: (result) => (result ? ['Notes'] : []),
    }),
    changeAction: build.mutation<
      SessionAction,
      NewSessionAction & { session: string; id: string; version: number }
    >({
      query: ({ session, id, ...body }) => ({
        url: `${at(session)}/actions/${encodeURIComponent(id)}`,
        method: 'PUT',
        body,
      }),
      invalidatesTags: ['Notes'],
    }),
    removeAction: build.mutation<null, { session: string; id: string }>({
      query: ({ session, id }) => ({
        url: `${at(session)}/actions/${encodeURIComponent(id)}`,
        method: 'DELETE',
      }),
      invalidatesTags: ['Notes'],
    }),
    attach: build.mutation<SessionAttachment, { session: string; file: File }>({
      query: ({ session, file }) => ({
        url: `${at(session)}/attachments`,
        method: 'POST',
        params: { name: file.name },
        headers: { 'content-type': SAID.test(file.type) ? file.type : 'application/octet-stream' },
        body: file,
      }),
      invalidatesTags: (result) => (result ? ['Notes'] : []),
    }),
    detach: build.mutation<null, { session: string; id: string }>({
      query: ({ session, id }) => ({
        url: `${at(session)}/attachments/${encodeURIComponent(id)}`,
        method: 'DELETE',
      }),
      invalidatesTags: ['Notes'],
    }),
  }),
});

export const {
  useNotesQuery,
  useWriteNoteMutation,
  useAddActionMutation,
  useChangeActionMutation,
  useRemoveActionMutation,
  useAttachMutation,
  useDetachMutation,
} = notesApi;
