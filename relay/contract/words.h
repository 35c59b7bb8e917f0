/* Words: the one word per fact that every face of Postern uses (tray, windows, command line, add-on).
 *
 * English, marked for translation: pass them through gettext. They never say "secure", "safe" or
 * "guaranteed". */
#pragma once
#include "relay/contract/assurance.h"
#include "relay/contract/outlook.h"
#include "relay/contract/requirement.h"
#include "relay/contract/state.h"

G_BEGIN_DECLS

const char *pst_requirement_word(PstRequirement requirement);
const char *pst_assurance_word(PstAssurance assurance);
const char *pst_state_word(PstState state);
const char *pst_outlook_word(PstOutlook outlook);

G_END_DECLS
