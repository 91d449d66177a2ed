// What every page needs: menus, dialogs, times, and words for what went wrong. The only entry besides inbox.js.
import "./menus.js";
import "./dialogs.js";
import "./failures.js";
import "./times.js";
import "./availability.js";
