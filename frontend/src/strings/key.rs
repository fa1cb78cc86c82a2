//! Texts of what a key is checked for, and of the roles that it needs.

pub mod key_check {
    //! The check.

    use crate::format::counted;

    pub const CHECK: &str = "Check this key";
    pub const ASKING: &str = "Checking";
    pub const CHECK_HINT: &str =
        "Reads what the key may do, quotas and names, and changes nothing. The key is not kept.";
    pub const LIST: &str = "Checks";
    pub const STALE: &str = "The form or the key has changed since: check again.";

    pub fn summary(failed: usize, warned: usize, unknown: usize) -> String {
        let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        if failed > 0 {
            let what = counted(count(failed), "thing stands", "things stand");
            return format!("{what} in the way of a launch");
        }
        match warned.saturating_add(unknown) {
            0 => "This key can launch and destroy this cluster".to_owned(),
            some => {
                let what = counted(count(some), "thing", "things");
                format!("Nothing stands in the way; {what} to look at")
            }
        }
    }

    pub fn name(check: &str) -> String {
        match check {
            "key" => "Key",
            "rights" => "Permissions",
            "zone" => "Zone",
            "quota" => "Quota",
            "instance-types" => "Machine types",
            "templates" => "Images",
            "name" => "Name",
            "access" => "Your address",
            "origin" => "This site",
            other => other,
        }
        .to_owned()
    }
}

pub mod key_roles {
    //! Roles made by hand.

    pub const ALONE: &str = "The least that this key needs";
    pub const ALONE_NOTE: &str = "as a role, for this cluster";
    pub const ALONE_TEXT: &str = "A key of this role can launch this cluster, image included, and destroy it. Run the commands with exo, or paste the JSON.";
    pub const ALONE_WARNING: &str = "Honestly: it may make roles and keys, since the cluster's programs get their own. Whoever may do that can give themselves any right, so treat it as an administrator's key.";
    pub const BEFOREHAND: &str = "Roles made beforehand";
    pub const BEFOREHAND_NOTE: &str = "launch without an administrator's key";
    pub const BEFOREHAND_TEXT: &str = "An administrator makes these roles once; they serve every cluster. Type their ids here. The key that launches then makes no roles, and mints keys for these and for no others.";
    pub const BEFOREHAND_LIMITS: &str = "It can still see and remove machines and revoke keys of the whole organisation: Exoscale cannot narrow that to what does not exist yet. The role for token rotation lets it write to every pool.";
    pub const LAUNCHER: &str = "Last, the role and key that launch:";
    pub const LAUNCHER_LATER: &str =
        "Last, the role and key that launch. Type the ids above first: this role names them.";
    pub const COMMANDS: &str = "Commands";
    pub const COPY_COMMANDS: &str = "Copy commands";
    pub const COPY_JSON: &str = "Copy JSON";
    pub const JSON: &str = "The role as JSON, as POST /v2/iam-role takes it";
    pub const NO_ID: &str = "A role's id is a UUID; exo iam role list shows it.";

    pub fn role_id(purpose: &str) -> String {
        format!("Id of the role for {}", purpose.replace('-', " "))
    }
}
