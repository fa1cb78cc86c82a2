//! Texts of what a key is checked for, and of the roles that it needs.

pub mod key_check {
    //! The check.

    use crate::format::counted;
    use crate::tongue::{Text, tr};

    pub const CHECK: Text = Text("Check this key");
    pub const ASKING: Text = Text("Checking");
    pub const CHECK_HINT: Text = Text(
        "Reads what the key may do, quotas and names, and changes nothing. The key is not kept.",
    );
    pub const LIST: Text = Text("Checks");
    pub const STALE: Text = Text("The form or the key has changed since: check again.");

    pub fn summary(failed: usize, warned: usize, unknown: usize) -> String {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        if failed > 0 {
            let what = counted(count(failed), "thing stands", "things stand");
            return tr!("{what} in the way of a launch", what);
        }
        match warned.saturating_add(unknown) {
            0 => tr!("This key can launch and destroy this cluster").to_owned(),
            some => {
                let what = counted(count(some), "thing", "things");
                tr!("Nothing stands in the way; {what} to look at", what)
            }
        }
    }

    pub fn name(check: &str) -> String {
        match check {
            "key" => tr!("Key"),
            "rights" => tr!("Permissions"),
            "zone" => tr!("Zone"),
            "quota" => tr!("Quota"),
            "instance-types" => tr!("Machine types"),
            "templates" => tr!("Images"),
            "name" => tr!("Name"),
            "access" => tr!("Your address"),
            "origin" => tr!("This site"),
            other => other,
        }
        .to_owned()
    }
}

pub mod key_roles {
    //! Roles made by hand.

    use crate::tongue::{Text, tr};

    pub const ALONE: Text = Text("The least that this key needs");
    pub const ALONE_NOTE: Text = Text("as a role, for this cluster");
    pub const ALONE_TEXT: Text = Text(
        "A key of this role can launch this cluster, image included, and destroy it. Run the commands with exo, or paste the JSON.",
    );
    pub const ALONE_WARNING: Text = Text(
        "Honestly: it may make roles and keys, since the cluster's programs get their own. Whoever may do that can give themselves any right, so treat it as an administrator's key.",
    );
    pub const BEFOREHAND: Text = Text("Roles made beforehand");
    pub const BEFOREHAND_NOTE: Text = Text("launch without an administrator's key");
    pub const BEFOREHAND_TEXT: Text = Text(
        "An administrator makes these roles once; they serve every cluster. Type their ids here. The key that launches then makes no roles, and mints keys for these and for no others.",
    );
    pub const BEFOREHAND_LIMITS: Text = Text(
        "It can still see and remove machines and revoke keys of the whole organisation: Exoscale cannot narrow that to what does not exist yet. The role for token rotation lets it write to every pool.",
    );
    pub const LAUNCHER: Text = Text("Last, the role and key that launch:");
    pub const LAUNCHER_LATER: Text =
        Text("Last, the role and key that launch. Type the ids above first: this role names them.");
    pub const COMMANDS: Text = Text("Commands");
    pub const COPY_COMMANDS: Text = Text("Copy commands");
    pub const COPY_JSON: Text = Text("Copy JSON");
    pub const JSON: Text = Text("The role as JSON, as POST /v2/iam-role takes it");
    pub const NO_ID: Text = Text("A role's id is a UUID; exo iam role list shows it.");

    pub fn role_id(purpose: &str) -> String {
        tr!("Id of the role for {}", purpose.replace('-', " "))
    }
}
