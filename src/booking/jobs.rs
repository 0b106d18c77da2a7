//! What booking makes of news from the rooms.

use sqlx::AnyConnection;

use super::attendance::{self, Kind};
use super::events::{Closing, Media, ParticipantJoined, ParticipantLeft, ParticipantMedia, RoomClosed, RoomOpened};
use super::store;
use crate::kernel::Kernel;
use crate::kernel::outbox::{Event, Handler, HandlerError};

/// Keeps a session's state and its participants as the rooms tell.
pub(super) fn presence(kernel: &Kernel) -> Handler {
    let db = kernel.db.clone();
    Handler::new("booking.presence", attendance::PRESENCE, move |event| {
        let db = db.clone();
        async move {
            let event = &event;
            db.write(|mut tx| Box::pin(async move { apply(&mut tx, event).await })).await
        }
    })
}

/// The same done once or twice.
async fn apply(conn: &mut AnyConnection, event: &Event) -> Result<(), HandlerError> {
    if let Some(opened) = event.read::<RoomOpened>()? {
        store::go_live(conn, opened.session, opened.at).await?;
    } else if let Some(joined) = event.read::<ParticipantJoined>()? {
        store::enter(conn, &joined).await?;
        attendance::begin(conn, joined.participant, Kind::Room, joined.at).await?;
    } else if let Some(left) = event.read::<ParticipantLeft>()? {
        store::leave(conn, left.session, left.participant, left.at).await?;
        attendance::finish(conn, left.participant, Kind::Media, left.at).await?;
        attendance::finish(conn, left.participant, Kind::Room, left.at).await?;
    } else if let Some(news) = event.read::<ParticipantMedia>()? {
        match news.media {
            Media::Connected => attendance::begin(conn, news.participant, Kind::Media, news.at).await?,
            Media::Lost => attendance::finish(conn, news.participant, Kind::Media, news.at).await?,
        }
    } else if let Some(closed) = event.read::<RoomClosed>()? {
        store::leave_all(conn, closed.session, closed.at).await?;
        attendance::finish_all(conn, closed.session, closed.at).await?;
        match closed.closing {
            Closing::Idle => store::go_idle(conn, closed.session).await?,
            Closing::Ended => {
                store::end(conn, closed.session, closed.at).await?;
            }
        }
    }
    Ok(())
}
