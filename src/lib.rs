//! FaceMentor server.
