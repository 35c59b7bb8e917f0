/* Names on the session bus, shared by relay, tray, windows and command line. */
#pragma once

#define PST_RELAY_BUS_NAME  "org.postern.Relay"
#define PST_RELAY_PATH      "/org/postern/Relay"
#define PST_RELAY_INTERFACE "org.postern.Relay"
#define PST_TRAY_BUS_NAME   "org.postern.Tray"
#define PST_TRAY_PATH       "/org/postern/Tray"
#define PST_TRAY_INTERFACE  "org.postern.Tray"
#define PST_APPLICATION_ID  "org.postern.Postern"
