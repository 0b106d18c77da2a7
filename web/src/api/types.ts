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
export type Openings = Schemas['Openings'];
export type Booking = Schemas['Booking'];
export type Bookings = Schemas['Bookings'];
export type Proposal = Schemas['Proposal'];
export type Wait = Schemas['Wait'];
export type BookingSeries = Schemas['BookingSeries'];
export type NewSeries = Schemas['ConfirmSeries'];
export type NewHold = Schemas['HoldOpening'];
export type Attendance = Schemas['Attendance'];
export type Attendee = Schemas['Attendee'];
export type AttendanceOutcome = Schemas['AttendanceOutcome'];
export type Disputes = Schemas['Disputes'];
export type DisputedBooking = Schemas['DisputedBooking'];
export type Review = Schemas['Review'];
export type MyReview = Schemas['MyReview'];
export type BookingReviews = Schemas['BookingReviews'];
export type MentorReviews = Schemas['MentorReviews'];
export type ModeratedReview = Schemas['ModeratedReview'];
export type ModeratedReviews = Schemas['ModeratedReviews'];
export type NextOpenings = Schemas['NextOpenings'];
