"""Steps of the playbook with which the framework is tested."""

from calls import Call, NothingToDo, StillRunning


def keep_user(call: Call) -> None:
    found = call.client("iam").list_access_keys(UserName=call.target["user"])
    call.keep("keys.json", found["AccessKeyMetadata"])
    call.facts["keys"] = len(found["AccessKeyMetadata"])


def deactivate_key(call: Call) -> None:
    iam, key, user = call.client("iam"), call.target["id"], call.target["user"]
    keys = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
    status = {each["AccessKeyId"]: each["Status"] for each in keys}
    if key not in status:
        raise NothingToDo(f"key {key} is gone")
    if status[key] == "Active":
        call.change(
            f"deactivate {key}",
            lambda: iam.update_access_key(UserName=user, AccessKeyId=key, Status="Inactive"),
        )


def tag_user(call: Call) -> None:
    iam, user = call.client("iam"), call.target["user"]
    tags = iam.list_user_tags(UserName=user)["Tags"]
    wanted = {"Key": "Incident", "Value": call.incident["id"]}
    if wanted not in tags:
        call.change("tag the user", lambda: iam.tag_user(UserName=user, Tags=[wanted]))


def wait(call: Call) -> None:
    if call.earlier("keep_user").get("keys") == 2:
        raise StillRunning("two keys")


def delete_key(call: Call) -> None:
    iam, user, key = call.client("iam"), call.target["user"], call.target["id"]
    keys = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
    if key in [each["AccessKeyId"] for each in keys]:
        call.change(f"delete {key}", lambda: iam.delete_access_key(UserName=user, AccessKeyId=key))


def cheat(call: Call) -> None:
    """Change something past ``change``, which a dry run must refuse."""
    call.client("iam").create_user(UserName="mallory")
