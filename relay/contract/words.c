#include "relay/contract/words.h"

#define N_(text) text

const char *
pst_requirement_word(PstRequirement requirement)
{
  switch (requirement) {
  case PST_REQUIREMENT_ANYWAY:
    return N_("Deliver anyway");
  case PST_REQUIREMENT_USUAL:
    return N_("As usual");
  case PST_REQUIREMENT_ENCRYPTED:
    return N_("Encrypted");
  case PST_REQUIREMENT_VERIFIED:
    return N_("Verified");
  case PST_REQUIREMENT_REQUIRED:
    return N_("Required on every hop");
  }
  g_return_val_if_reached("");
}

const char *
pst_assurance_word(PstAssurance assurance)
{
  switch (assurance) {
  case PST_ASSURANCE_PROMISED:
    return N_("Provider promised TLS on every hop");
  case PST_ASSURANCE_DELIVERED:
    return N_("Handed to the recipient's server over verified TLS");
  case PST_ASSURANCE_POLICY:
    return N_("Recipient's policy demands TLS");
  case PST_ASSURANCE_DELIVERED_ENCRYPTED:
    return N_("Handed over encrypted, name unproven");
  case PST_ASSURANCE_OBSERVED:
    return N_("Recipient's server offers encryption");
  case PST_ASSURANCE_NONE:
    return N_("May travel in the clear");
  case PST_ASSURANCE_UNKNOWN:
    return N_("Not known");
  }
  g_return_val_if_reached("");
}

const char *
pst_state_word(PstState state)
{
  switch (state) {
  case PST_STATE_SENDING:
    return N_("Sending");
  case PST_STATE_SENT:
    return N_("Sent");
  case PST_STATE_REFUSED:
    return N_("Refused: not sent");
  case PST_STATE_REJECTED:
    return N_("Returned by the server");
  case PST_STATE_FAILED:
    return N_("Not sent: try again");
  case PST_STATE_UNCERTAIN:
    return N_("May have been sent");
  case PST_STATE_HELD:
    return N_("Waiting");
  case PST_STATE_DELAYED:
    return N_("Late");
  case PST_STATE_BOUNCED:
    return N_("Came back");
  case PST_STATE_DISCARDED:
    return N_("Discarded by you");
  }
  g_return_val_if_reached("");
}

const char *
pst_outlook_word(PstOutlook outlook)
{
  switch (outlook) {
  case PST_OUTLOOK_VERIFIED:
    return N_("Verified");
  case PST_OUTLOOK_POLICY:
    return N_("Policy demands TLS");
  case PST_OUTLOOK_CERTIFIED:
    return N_("Valid certificate, name not proven");
  case PST_OUTLOOK_ENCRYPTED:
    return N_("Encrypted, certificate doubtful");
  case PST_OUTLOOK_CLEARTEXT:
    return N_("No encryption offered");
  case PST_OUTLOOK_FAILING:
    return N_("Policy violated");
  case PST_OUTLOOK_UNROUTABLE:
    return N_("Cannot be reached");
  case PST_OUTLOOK_UNKNOWN:
    return N_("Not known");
  }
  g_return_val_if_reached("");
}
