let frame: HTMLIFrameElement | undefined;

/**
 * A peer connection that survives a change of network, from Wi-Fi to a phone's, without help: its sockets belong to no address,
 * so the next check of ICE leaves by the new way and the server follows it.
 *
 * Where a page may use a camera Chromium binds them to every address it knows instead, and of new ones it tells only seconds
 * later. In a frame that may not it binds them to none, and shows the machine's addresses to nobody. Other browsers, which
 * do not say what a frame may do, make an ordinary one.
 */
export function roamingPeerConnection(configuration: RTCConfiguration): RTCPeerConnection {
  const { RTCPeerConnection } = deviceless() ?? window;
  return new RTCPeerConnection(configuration);
}

/** The window of a frame that may not use devices, one for all connections of the page. */
function deviceless(): (Window & typeof globalThis) | null {
  if (!('featurePolicy' in document)) return null;
  if (!frame?.isConnected) {
    frame = document.createElement('iframe');
    frame.allow = "camera 'none'; microphone 'none'";
    frame.hidden = true;
    document.body.append(frame);
  }
  return frame.contentWindow as (Window & typeof globalThis) | null;
}
