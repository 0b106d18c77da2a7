import type { components } from './schema';

/** The server's types under the names the app uses. `npm run api` makes schema.d.ts from openapi.json. */
type Schemas = components['schemas'];

export type User = Schemas['MeUser'];
export type SignInProvider = Schemas['SignInProvider'];
export type FinishedSignIn = Schemas['FinishSignIn'];
export type Identity = Schemas['Identity'];
export type NewEmail = Schemas['ChangeEmail'];
export type NewPassword = Schemas['ChangePassword'];
export type NewProfile = Schemas['SaveProfile'];
export type PasswordReset = Schemas['ResetPassword'];
export type Credentials = Pick<Schemas['LogIn'], 'email' | 'password'>;
export type NewAccount = Omit<Schemas['SignUp'], 'credentials'>;
export type Device = Schemas['Device'];
export type Session = Schemas['Session'];
export type SessionPage = Schemas['Sessions'];
export type NewSession = Schemas['OpenSession'];
export type JoinInfo = Schemas['Link'];
export type Site = Schemas['Site'];
/** The right to enter the room, see signaling/PROTOCOL.md. */
export type RoomPass = Schemas['RoomPass'];
export type MentorProfile = Schemas['Profile'];
export type MyMentorProfile = Schemas['MyMentorProfile'];
export type MentorPage = Schemas['MentorPage'];
export type MentorApplication = Schemas['MentorApplication'];
export type MentorApplicationList = Schemas['MentorApplications'];
export type MentorCard = Schemas['MentorCard'];
export type FoundMentors = Schemas['FoundMentors'];
export type SavedMentors = Schemas['SavedMentors'];
export type Facet = Schemas['Facet'];
/** The server's defaults make members optional on the way in only. */
export type Offering = Required<Schemas['Offering']>;
export type OfferingTerms = Schemas['OfferingTerms'];
export type Availability = Required<Schemas['Availability']>;
export type BusyCalendar = Schemas['BusyCalendar'];
export type BusyCalendars = Schemas['BusyCalendars'];
export type NewBusyCalendar = Schemas['SubscribeCalendar'];
export type Openings = Schemas['Openings'];
export type Booking = Schemas['Booking'];
export type Bookings = Schemas['Bookings'];
export type CalendarFeed = Schemas['CalendarFeed'];
export type SessionNotes = Schemas['SessionNotes'];
export type SessionNote = Schemas['SessionNote'];
export type SessionAction = Schemas['SessionAction'];
export type NewSessionAction = Schemas['NewSessionAction'];
export type SessionAttachment = Schemas['SessionAttachment'];
export type NewBooking = Schemas['Book'];
