import { createSlice, type PayloadAction, type WithSlice } from '@reduxjs/toolkit';
import { rootReducer, useAppSelector } from '@/lib/root-reducer';
import { type CallState, firstState } from './engine/call-state';
import { noLocalMedia } from './engine/local-media';

export type View = 'speaker' | 'grid';
export type Panel = 'chat' | 'people';

/** What the page shows of a call. Ids and states only: tracks and connections stay in the engine. */
export interface CallSlice {
  call: CallState;
  view: View;
  /** The tile somebody wants large, as `participant/source`. */
  pinned: string | null;
  panel: Panel | null;
  /** How many chat messages were read. */
  read: number;
}

const initialState: CallSlice = {
  call: firstState(noLocalMedia),
  view: 'speaker',
  pinned: null,
  panel: null,
  read: 0,
};

export const callSlice = createSlice({
  name: 'call',
  initialState,
  reducers: {
    callChanged(slice, { payload }: PayloadAction<CallState>) {
      slice.call = payload;
      if (slice.panel === 'chat') slice.read = payload.chat.length;
    },
    callStarted: (_, { payload }: PayloadAction<CallState>) => ({ ...initialState, call: payload }),
    viewChosen(slice, { payload }: PayloadAction<View>) {
      slice.view = payload;
      slice.pinned = null;
    },
    tilePinned(slice, { payload }: PayloadAction<string | null>) {
      slice.pinned = payload;
    },
    panelChosen(slice, { payload }: PayloadAction<Panel | null>) {
      slice.panel = payload;
      if (payload === 'chat') slice.read = slice.call.chat.length;
    },
    panelToggled(slice, { payload }: PayloadAction<Panel>) {
      slice.panel = slice.panel === payload ? null : payload;
      if (slice.panel === 'chat') slice.read = slice.call.chat.length;
    },
  },
});

declare module '@/lib/root-reducer' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- declaration merging
  interface LazySlices extends WithSlice<typeof callSlice> {}
}
rootReducer.inject(callSlice);

export const { callChanged, callStarted, viewChosen, tilePinned, panelChosen, panelToggled } =
  callSlice.actions;

/** A part of what the page shows. */
export function useCallUi<Part>(select: (slice: CallSlice) => Part): Part {
  return useAppSelector((state) => select(state.call ?? initialState));
}

/** A part of the call's state. */
export function useCallState<Part>(select: (call: CallState) => Part): Part {
  return useCallUi((slice) => select(slice.call));
}
